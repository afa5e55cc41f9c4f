/* Runs before the page is drawn: nothing may flash. */
document.documentElement.classList.add("js");
