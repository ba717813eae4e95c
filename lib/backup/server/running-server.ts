import "server-only";
import { readFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { isAlive } from "@/lib/db/embedded/processes";

/** A running server, from the first lines of PostgreSQL's file postmaster.pid. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
  readonly address: string;
}

const CONNECT_MS = 1_000;

async function readPidFile(dataFolder: string): Promise<RunningServer | undefined> {
  const text = await readFile(path.join(dataFolder, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const [pid = "", , , port = "", socketFolder = "", address = ""] = text.split("\n");
  return { pid: Number(pid), port: Number(port), socketFolder, address };
}

function answers(options: net.NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(options);
    const end = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(CONNECT_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/**
 * Returns the server that runs on a data folder; undefined if none runs. It checks the process first. If the process
 * may be in another container, it tries socket and port.
 */
export async function findRunningServer(dataFolder: string): Promise<RunningServer | undefined> {
  const server = await readPidFile(dataFolder);
  if (server === undefined) return undefined;
  const { pid, port, socketFolder, address } = server;
  if (Number.isInteger(pid) && pid > 1 && (await isAlive(pid))) return server;
  const hasSocket =
    socketFolder !== "" && (await answers({ path: path.join(socketFolder, `.s.PGSQL.${port}`) }));
  if (hasSocket) return server;
  const host = address === "*" ? "127.0.0.1" : address;
  return host !== "" && port > 0 && (await answers({ host, port })) ? server : undefined;
}
