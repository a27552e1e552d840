/* Native dialogs. [data-dialog="id"] opens, [data-close] and Esc close; a link that opens a
   dialog leads to the same form on a page of its own where scripts are off.                  */
export const startDialogs = () => {
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    event.target.closest('[data-close]')?.closest('dialog')?.close();
    if (event.target.closest('[data-print]')) window.print();
    if (event.target.closest('[data-back]')) history.back();
  });
};
