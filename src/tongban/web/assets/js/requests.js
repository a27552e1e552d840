/* htmx: the CSRF token on every unsafe request, busy buttons, and failures said in words.
   htmx swaps 4xx and 5xx answers too. A fragment (a form with its errors) is meant for its
   region; a whole page is not, so it is kept out and a toast tells what happened.            */
import { toast } from './toasts.js';

const token = () => document.querySelector('meta[name="csrf-token"]')?.content;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const FORBIDDEN_TEXT = '您没有办理此事的权限，或页面已过期。刷新页面后再试。';
const BROKEN_TEXT = '没有办成，系统暂时出错。请稍后再试。';
const OFFLINE_TEXT = '网络不通，未能提交。请检查网络后再试。';

const isWholePage = (text) => /^\s*<!doctype/i.test(text ?? '');

const explain = ({ status, headers }) => {
  const id = headers.get('X-Request-Id');
  const text = status < 500 ? FORBIDDEN_TEXT : BROKEN_TEXT;
  return id ? `${text}（编号 ${id}）` : text;
};

const busyButton = ({ ctx }) => ctx.request.submitter
  ?? (ctx.sourceElement.matches('button') ? ctx.sourceElement : null);

export const startRequests = () => {
  document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
    const value = token();
    if (value && !SAFE.has(ctx.request.method)) ctx.request.headers['X-CSRF-Token'] = value;
  });
  document.addEventListener('htmx:before:request', ({ detail }) => {
    if (!SAFE.has(detail.ctx.request.method)) busyButton(detail)?.setAttribute('aria-busy', 'true');
  });
  document.addEventListener('htmx:finally:request', ({ detail }) => {
    busyButton(detail)?.removeAttribute('aria-busy');
  });
  document.addEventListener('htmx:before:response', (event) => {
    if (event.detail.ctx.response.status !== 401) return;
    event.preventDefault();
    location.reload();   /* signed out meanwhile: the server leads to the sign-in page and back */
  });
  document.addEventListener('htmx:after:request', (event) => {
    const { response, text, select, swap } = event.detail.ctx;
    if (response.status < 400 || select) return;
    if (swap !== 'none' && !isWholePage(text)) return;
    event.preventDefault();
    toast('bad', explain(response));
  });
  document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
    if (ctx?.request && !ctx.response) toast('bad', OFFLINE_TEXT);
  });
};
