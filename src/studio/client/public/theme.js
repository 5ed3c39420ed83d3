/* global document, localStorage */
// Before anything is drawn: the side that was chosen last, so that a page never flashes in the other one.
try {
  const choice = localStorage.getItem('studio-theme');
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
} catch {
  // A browser that keeps nothing follows the system.
}
