/* global document, fetch, localStorage, location, window */
// Before anything is drawn: the side that was chosen last, so that a page never flashes in the other one.
try {
  const choice = localStorage.getItem('studio-theme');
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
} catch {
  // A browser that keeps nothing follows the system.
}
// The list of runs is on its way while the page's scripts are still read (source/http-source.ts takes it).
if (location.protocol.startsWith('http') && /^(#\/?(\?.*)?)?$/.test(location.hash)) {
  window.earlyRuns = fetch('api/runs');
  window.earlyRuns.catch(() => undefined);
}
