// Takes a CPU profile of a Node process through its inspector: `inspector-client.mjs URL INTERVAL_US`. It begins at once, says so
// with a line, ends when its input ends, and writes the profile as JSON. A program of its own, because Node 20 has WebSocket behind
// a flag only.
const [url, interval] = process.argv.slice(2);
const socket = new WebSocket(url);
const waiting = new Map();

socket.addEventListener("message", ({ data }) => {
  const { id, result, error } = JSON.parse(data);
  const settle = waiting.get(id);
  if (error !== undefined) settle?.reject(new Error(error.message));
  else settle?.resolve(result);
});
socket.addEventListener("error", () => {
  throw new Error(`no inspector answers at ${url}`);
});

let sent = 0;
function ask(method, params = {}) {
  sent += 1;
  socket.send(JSON.stringify({ id: sent, method, params }));
  return new Promise((resolve, reject) => waiting.set(sent, { resolve, reject }));
}

await new Promise((resolve) => socket.addEventListener("open", resolve));
await ask("Profiler.enable");
await ask("Profiler.setSamplingInterval", { interval: Number(interval) });
await ask("Profiler.start");
console.error("begun");
for await (const _ of process.stdin);
const { profile } = await ask("Profiler.stop");
process.stdout.write(JSON.stringify(profile), () => process.exit(0));
