/* Appearance: the server prints data-theme from the cookie; this writes the cookie. */
const YEAR_S = 31_536_000;
const root = document.documentElement;

const remember = (scheme) => {
  const age = scheme === 'auto' ? 0 : YEAR_S;
  const secure = location.protocol === 'https:' ? ';secure' : '';
  document.cookie = `theme=${scheme};path=/;max-age=${age};samesite=lax${secure}`;
};

const choose = (scheme) => {
  if (scheme === 'auto') delete root.dataset.theme; else root.dataset.theme = scheme;
  remember(scheme);
  document.querySelectorAll('[data-set-theme]').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.setTheme === scheme));
  });
  /* charts read their colours from the tokens and draw again */
  document.dispatchEvent(new CustomEvent('themechange'));
};

export const startTheme = () => {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-set-theme]');
    if (!button) return;
    choose(button.dataset.setTheme);
    button.closest('details')?.removeAttribute('open');
  });
};
