/* Alpine components. Only Alpine.data(), so the build without eval is enough. */

/** Characters as people count them: one for 𠮷 and for an emoji of one code point. */
const lengthOf = (text) => [...text].length;

/** <div x-data="tally"> shows how long the text of its one input or textarea is. */
const tally = () => ({
  n: 0,
  init() {
    const box = this.$el.querySelector('input, textarea');
    const count = () => { this.n = lengthOf(box.value); };
    box.addEventListener('input', count);
    count();
  },
});

/** <form x-data="bulk"> ticks all rows, counts the ticked ones (boxes named "id"). */
const bulk = () => ({
  n: 0,
  get none() { return this.n === 0; },
  boxes() { return [...this.$root.querySelectorAll('input[type="checkbox"][name="id"]')]; },
  count() { this.n = this.boxes().filter((box) => box.checked).length; },
  all(event) {
    this.boxes().forEach((box) => { box.checked = event.target.checked; });
    this.count();
  },
  init() { this.count(); },
});

/** <div x-data="reveal"> shows and hides a password. */
const reveal = () => ({
  open: false,
  type() { return this.open ? 'text' : 'password'; },
  flip() { this.open = !this.open; },
});

export const registerComponents = (Alpine) => {
  Alpine.data('tally', tally);
  Alpine.data('bulk', bulk);
  Alpine.data('reveal', reveal);
};
