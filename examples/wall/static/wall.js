// What happened is sent again after a lost connection: what hangs already is not hung twice.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const id = event.detail.lastEventId;
  if (event.detail.type === "note" && document.getElementById(`note-${id}`)) event.preventDefault();
});

const live = (is, words) => {
  const light = document.getElementById("live");
  if (!light) return;
  light.classList.toggle("is-live", is);
  light.firstElementChild.textContent = words;
};
document.addEventListener("htmx:sseOpen", () => live(true, "Live"));
document.addEventListener("htmx:sseError", () => live(false, "Connecting"));
document.addEventListener("htmx:sseClose", () => live(false, "Connecting"));
