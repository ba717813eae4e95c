import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { listenerIn, partUser } from "@/lib/ipc/part-user";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1D11 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1004        0 23 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1D11 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1005        0 24 1 0000000000000000 100 0 0 10 0
`;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) server.close();
});

async function serve(where: string | number): Promise<number> {
  const server = createServer();
  servers.push(server);
  const isUp = new Promise((resolve) => server.once("listening", resolve));
  if (typeof where === "string") server.listen(where);
  else server.listen(where, "127.0.0.1");
  await isUp;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("the user of another part", () => {
  it("is the user that listens at the port according to the kernel's table", () => {
    expect(listenerIn(TABLE, 7_441)).toBe(1004);
    expect(listenerIn(TABLE, 7_442)).toBeUndefined();
  });

  it("is the same if the socket or port belongs to our own user, and another if it belongs to another user", async () => {
    const socket = path.join(tmpdir(), `sp-part-${process.pid}.sock`);
    await serve(socket);
    const port = await serve(0);
    const own = process.getuid?.() ?? 0;
    for (const url of [`unix:${socket}`, `mtls://127.0.0.1:${port}`]) {
      expect(await partUser(url)).toBe("same");
      vi.spyOn(process, "getuid").mockReturnValue(own + 1);
      expect(await partUser(url)).toBe("other_user");
      vi.restoreAllMocks();
    }
  });

  it("is on another machine if no interface of this machine has the address", async () => {
    expect(await partUser("mtls://192.0.2.10:7443")).toBe("other_machine");
  });

  it("counts as the same if it is unknown", async () => {
    expect(await partUser("unix:/nonexistent/custodian.sock")).toBe("same");
    expect(await partUser("mtls://host.invalid:7443")).toBe("same");
  });
});
