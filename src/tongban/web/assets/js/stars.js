/* Favourites: a form with one button whose value is the wish (1 = 收藏, 0 = 取消). It shows the
   wish at once and takes it back when the server does not answer with success.               */
const turn = (button, on) => {
  button.setAttribute('aria-pressed', String(on));
  button.value = on ? '0' : '1';
};

const starOf = (event) => event.target.closest?.('.starform')?.querySelector('.star');

export const startStars = () => {
  document.addEventListener('htmx:before:request', (event) => {
    const button = starOf(event);
    if (button) turn(button, button.value === '1');
  });
  document.addEventListener('htmx:finally:request', (event) => {
    const button = starOf(event);
    const done = event.detail.ctx.response?.status < 400;
    if (button && !done) turn(button, button.value === '1');
  });
};
