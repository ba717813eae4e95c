// The guard: parent of PostgreSQL, child of the supervisor. It stops PostgreSQL when it is told to, and
// when the supervisor's pipe closes, which the supervisor's kill -9 causes too. Plain JavaScript without
// imports of ours, so that it starts at once and nothing of the program can break it.
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
/** Fast shutdown, then immediate, then none of it: nothing may be left behind. */
function stop() {
  if (isStopping) return;
  isStopping = true;
  server.kill("SIGINT");
  setTimeout(() => server.kill("SIGQUIT"), 4_000);
  setTimeout(() => server.kill("SIGKILL"), 6_000);
}

process.on("disconnect", stop);
process.on("message", (message) => {
  if (message === "stop") stop();
});
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, stop);

server.on("spawn", () => process.send?.({ pid: server.pid }));
server.on("error", () => process.exit(1));
server.on("exit", (code) => {
  if (order.removeFolder) rmSync(order.removeFolder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
if (!process.connected) stop();
