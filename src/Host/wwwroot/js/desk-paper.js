// A page for paper: the browser's own print dialog makes paper or a PDF of it.
for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
