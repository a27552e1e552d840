/* Counters: <body data-poll="/counters"> is asked every 30 s while the page is in sight. The
   answer is an object of numbers; each goes to the elements [data-count="its name"].          */
const EVERY_MS = 30_000;
const MOST = 99;

const show = (counts) => {
  for (const [name, value] of Object.entries(counts)) {
    document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`).forEach((mark) => {
      (mark.querySelector('b') ?? mark).textContent = value > MOST ? `${MOST}+` : String(value);
      mark.hidden = !value;
    });
  }
};

export const startCounters = () => {
  let etag = '';
  let askedAt = Date.now();
  let timer = 0;

  const ask = async (url) => {
    askedAt = Date.now();
    try {
      const answer = await fetch(url, {
        headers: { Accept: 'application/json', ...(etag && { 'If-None-Match': etag }) },
        cache: 'no-store',
        credentials: 'same-origin',
      });
      if (answer.status === 401) return clearInterval(timer);
      if (answer.status !== 200) return undefined;
      etag = answer.headers.get('ETag') ?? '';
      show(await answer.json());
    } catch {
      /* offline for a moment: the next round asks again */
    }
    return undefined;
  };

  document.addEventListener('DOMContentLoaded', () => {
    const url = document.querySelector('[data-poll]')?.dataset.poll;
    if (!url) return;
    timer = setInterval(() => { if (!document.hidden) ask(url); }, EVERY_MS);
    document.addEventListener('visibilitychange', () => {
      if (timer && !document.hidden && Date.now() - askedAt >= EVERY_MS) ask(url);
    });
  });
};
