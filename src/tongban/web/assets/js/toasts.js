/* Toasts: short news at the top, gone by a CSS animation. The server sends one with the header
   HX-Trigger: {"toast": {"kind": "ok", "text": "已保存"}}.                                   */
export const toast = (kind, text) => {
  const shelf = document.getElementById('toasts');
  if (!shelf) return;
  const note = document.createElement('p');
  note.className = kind === 'bad' ? 'toast toast-bad' : 'toast';
  note.textContent = text;
  shelf.append(note);
};

export const startToasts = () => {
  document.addEventListener('toast', ({ detail }) => toast(detail.kind, detail.text));
  document.addEventListener('animationend', (event) => {
    if (event.target.matches('.toast')) event.target.remove();
  });
};
