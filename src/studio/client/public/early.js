/* global document, fetch, localStorage, location, window */
// Applies the stored theme before the first paint, so that the page never flashes in the other one.
try {
  const choice = localStorage.getItem('studio-theme');
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
} catch {
  // Without storage, the system's preference applies.
}
// Requests the list of runs while the page's scripts are still loading (used by source/http-source.ts).
if (location.protocol.startsWith('http') && /^(#\/?(\?.*)?)?$/.test(location.hash)) {
  window.earlyRuns = fetch('api/runs');
  window.earlyRuns.catch(() => undefined);
}
