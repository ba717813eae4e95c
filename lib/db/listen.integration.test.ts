import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Client } from "pg";
import { it } from "vitest";
import { startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { openListener } from "@/lib/db/listen";

async function say(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("SELECT pg_notify('a_channel', $1)", [text]);
  await client.end();
}

it("a listener hears again after the server was stopped and started", async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "sealport-listen-"));
  await mkdir(path.join(dataDir, "keys"), { mode: 0o700 });
  const start = () =>
    startEmbeddedDatabase({
      dataDir,
      passwordFile: path.join(dataDir, "keys", "superuser"),
      isDurable: false,
    });
  let server = await start();
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  const note = (text: string): void => {
    heard.push(text);
    wake();
  };
  const until = async (text: string): Promise<void> => {
    while (!heard.includes(text))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  const listener = openListener({
    url: server.adminUrl,
    applicationName: "test",
    channel: "a_channel",
    onMessage: note,
    onListening: () => note(heard.includes("lost") ? "back" : "listening"),
    onLost: () => note("lost"),
  });
  try {
    await until("listening");
    await say(server.adminUrl, "first");
    await until("first");
    await server.stop();
    await until("lost");
    server = await start();
    await until("back");
    await say(server.adminUrl, "second");
    await until("second");
  } finally {
    listener.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
