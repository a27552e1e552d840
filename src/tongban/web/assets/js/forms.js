/* Forms: one press sends once, filters send themselves, stock phrases fill a box. */

const release = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy="true"]').forEach((button) => {
    button.removeAttribute('aria-busy');
    button.disabled = false;
  });
};

/* A form that downloads or opens elsewhere leaves its page standing: data-again on it. */
const guarded = (form) => form.method === 'post' && !form.target && !('again' in form.dataset);

const guard = (event) => {
  const form = event.target;
  if (event.defaultPrevented || !guarded(form)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'true';
  const button = event.submitter;
  if (!button) return;
  button.setAttribute('aria-busy', 'true');
  /* after the browser has collected the fields: a disabled button would not send its value */
  setTimeout(() => { button.disabled = true; });
};

const fill = (button) => {
  const box = document.getElementById(button.dataset.fill);
  box.value = button.dataset.text ?? button.textContent.trim();
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
};

/* The covered file field says what was chosen. */
const nameFiles = (input) => {
  const prompt = input.parentElement.querySelector('[data-chosen]');
  if (!prompt) return;
  prompt.dataset.empty ??= prompt.innerHTML;
  const names = [...input.files].map((file) => file.name).join('、');
  if (names) prompt.textContent = `已选择：${names}`;
  else prompt.innerHTML = prompt.dataset.empty;
};

export const startForms = () => {
  document.addEventListener('submit', guard);
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(release));
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-fill]');
    if (button) fill(button);
  });
  document.addEventListener('change', (event) => {
    event.target.closest('[data-submit-on-change]')?.form?.requestSubmit();
    if (event.target.matches('.drop-input')) nameFiles(event.target);
  });
  document.addEventListener('DOMContentLoaded', () => {
    document.getElementById('error-summary')?.focus();
  });
};
