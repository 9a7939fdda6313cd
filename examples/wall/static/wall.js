// What happened is sent again after a lost connection: what hangs already is not hung twice.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const { type, lastEventId } = event.detail;
  if (type === "note" && document.getElementById(`note-${lastEventId}`)) event.preventDefault();
});

let connected = false;
const light = (words) => {
  const live = document.getElementById("live");
  live?.classList.toggle("is-live", connected);
  live?.replaceChildren(words ?? (connected ? "live" : "connecting …"));
};
document.addEventListener("htmx:sseOpen", () => { connected = true; light(); });
document.addEventListener("htmx:sseError", () => { connected = false; light(); });
document.addEventListener("htmx:afterRequest", (event) => light(event.detail.successful ? undefined : "not sent, try again"));

// The server tells the time of Greenwich.
document.addEventListener("htmx:load", (event) => {
  for (const time of event.target.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
});
