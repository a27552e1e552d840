/* app.js: what the browser adds to the server's pages. Every page reads, submits and approves
   without it. htmx swaps regions, Alpine toggles, and the modules below do the rest by
   delegation on the document, so swapped-in markup needs no setting up.

   A plugin's script is loaded after this one with `defer` and registers its components on the
   document's `alpine:init` event; Alpine starts when all deferred scripts have run.          */
import htmx from 'htmx.org/dist/htmx.esm.min.js';
import Alpine from '@alpinejs/csp/dist/module.esm.min.js';
import { registerComponents } from './components.js';
import { startCounters } from './counters.js';
import { startDialogs } from './dialogs.js';
import { startForms } from './forms.js';
import { startMenus } from './menus.js';
import { startRequests } from './requests.js';
import { startScrollers } from './scrollers.js';
import { startStars } from './stars.js';
import { startTheme } from './theme.js';
import { startToasts, toast } from './toasts.js';

window.Alpine = Alpine;
window.tongban = { toast, htmx };

startRequests();
startToasts();
startTheme();
startMenus();
startDialogs();
startForms();
startScrollers();
startStars();
startCounters();
document.addEventListener('alpine:init', () => registerComponents(Alpine));
document.addEventListener('DOMContentLoaded', () => Alpine.start());
