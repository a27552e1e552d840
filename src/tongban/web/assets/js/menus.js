/* details.menu: closed by a click elsewhere, by Esc, by tabbing out. "/" goes to the search. */
const openMenus = () => document.querySelectorAll('details.menu[open]');

const typing = (element) => element.isContentEditable
  || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

const focusSearch = (event) => {
  const search = [...document.querySelectorAll('[data-search]')].find((box) => box.offsetParent);
  if (!search) return;
  event.preventDefault();
  search.focus();
};

export const startMenus = () => {
  document.addEventListener('click', (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener('focusout', (event) => {
    const menu = event.target.closest?.('details.menu[open]');
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      openMenus().forEach((menu) => {
        const within = menu.contains(document.activeElement);
        menu.open = false;
        if (within) menu.querySelector('summary').focus();
      });
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (event.key === '/' && plain && !typing(document.activeElement)) focusSearch(event);
  });
};
