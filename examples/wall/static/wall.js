// What happened is sent again after a lost connection: what hangs already is not hung twice.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const { type, lastEventId } = event.detail;
  if (type === "note" && document.getElementById(`note-${lastEventId}`)) event.preventDefault();
});

const light = (on, words) => {
  const live = document.getElementById("live");
  live?.classList.toggle("is-live", on);
  live?.replaceChildren(words);
};
document.addEventListener("htmx:sseOpen", () => light(true, "live"));
document.addEventListener("htmx:sseError", () => light(false, "connecting …"));
document.addEventListener("htmx:responseError", () => light(false, "not sent, try again"));
document.addEventListener("htmx:sendError", () => light(false, "not sent, try again"));

// The server tells the time of Greenwich.
document.addEventListener("htmx:load", (event) => {
  for (const time of event.target.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
});
