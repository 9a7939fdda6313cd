// Events of htmx have other names in version 4; here are both.
const on = (names, act) => { for (const name of names) document.addEventListener(name, act); };

// What happened is sent again after a lost connection: what hangs already is not hung twice.
const skip = (event, id) => { if (document.getElementById(`note-${id}`)) event.preventDefault(); };
on(["htmx:sseBeforeMessage"], (event) => event.detail.type === "note" && skip(event, event.detail.lastEventId));
on(["htmx:sse:before:message"], (event) => event.detail.message.event || skip(event, event.detail.message.id));

let connected = false;
const light = (words) => {
  const live = document.getElementById("live");
  live?.classList.toggle("is-live", connected);
  live?.replaceChildren(words ?? (connected ? "live" : "connecting …"));
};
on(["htmx:sseOpen", "htmx:sse:after:connection"], () => { connected = true; light(); });
on(["htmx:sseError", "htmx:sse:error"], () => { connected = false; light(); });
on(["htmx:afterRequest"], (event) => light(event.detail.successful ? undefined : "not sent, try again"));
on(["htmx:after:request"], (event) => light(event.detail.ctx.response.status < 400 ? undefined : "not sent, try again"));
on(["htmx:error"], () => light("not sent, try again"));

// The server tells the time of Greenwich.
on(["htmx:load", "htmx:after:process"], (event) => {
  for (const time of event.target.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
});
