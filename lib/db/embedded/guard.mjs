// The guard: parent of PostgreSQL, child of the supervisor. It stops PostgreSQL when it is asked to, and when the
// supervisor's pipe closes, which the supervisor's kill -9 causes too. Plain JavaScript without our own imports, so
// that it starts at once and a fault in the program cannot break it.
import { spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";

const order = JSON.parse(process.argv[2] ?? "{}");
const log = openSync(order.logFile, "a", 0o600);
const server = spawn(order.program, order.args, {
  cwd: "/",
  env: order.env,
  detached: true,
  stdio: ["ignore", log, log],
  ...(order.account.isOther ? { uid: order.account.uid, gid: order.account.gid } : {}),
});

let isStopping = false;
/** Fast shutdown, then immediate (the log is replayed at the next start), then SIGKILL: no process stays behind. */
function stop(withinMs = 4_000) {
  if (isStopping) return;
  isStopping = true;
  server.kill("SIGINT");
  setTimeout(() => server.kill("SIGQUIT"), withinMs * 0.6);
  setTimeout(() => server.kill("SIGKILL"), withinMs);
}

process.on("disconnect", () => stop());
process.on("message", (message) => stop(message.stopWithinMs));
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, () => stop());

server.on("spawn", () => process.send?.({ pid: server.pid }));
server.on("error", () => process.exit(1));
server.on("exit", (code) => {
  if (order.removeFolder) rmSync(order.removeFolder, { recursive: true, force: true });
  if (order.scratchFolder && !process.connected)
    rmSync(order.scratchFolder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
if (!process.connected) stop();
