/* Lists of links that scroll sideways on a narrow screen start where the open one is in sight. */
const LISTS = '.sidelist, .sidenav .in, .tabs, .seg';

const reveal = (list) => {
  const open = list.querySelector('[aria-current]');
  if (!open || list.scrollWidth <= list.clientWidth) return;
  const left = open.getBoundingClientRect().left - list.getBoundingClientRect().left;
  list.scrollLeft += left - (list.clientWidth - open.offsetWidth) / 2;
};

const revealAll = () => document.querySelectorAll(LISTS).forEach(reveal);

export const startScrollers = () => {
  document.addEventListener('DOMContentLoaded', revealAll);
  document.addEventListener('htmx:after:swap', revealAll);
};
