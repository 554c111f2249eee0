// Before anything is painted: the theme that was chosen here. Nothing chosen: what the system says.
(function () {
  "use strict";
  try {
    const theme = localStorage.getItem("quantfleet-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (e) {
    // Storage is off: follow the system.
  }
})();
