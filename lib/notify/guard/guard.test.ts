import { createServer } from "node:http";
import { createServer as createTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { postOnce } from "@/lib/notify/guard/post";
import { isLoopbackAddress, isPublicAddress } from "@/lib/notify/guard/public-address";
import { findTarget, urlFault } from "@/lib/notify/guard/target";

const OUTSIDE = { loopback: false };
const EVALUATION = { loopback: true };

describe("addresses that webhooks reach", () => {
  it.each([
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
    "1",
  ])("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "172.32.0.1",
    "192.169.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
  ])("%s is public", (address) => {
    expect([isPublicAddress(address), isLoopbackAddress(address)]).toEqual([true, false]);
  });
});

describe("the URL of a webhook", () => {
  it.each([
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://[::1]/",
    "https://[::ffff:7f00:1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/",
    "http://example.com/",
    "file:///etc/passwd",
    "https://name@example.com/",
  ])("%s is refused outside an evaluation", (url) => {
    expect(urlFault(url, OUTSIDE)).toBeTypeOf("string");
  });

  it("may lead to this machine in an evaluation only, and to other hosts only encrypted", () => {
    for (const url of ["http://127.0.0.1:4000/", "http://localhost:4000/", "http://[::1]:4000/"])
      expect([urlFault(url, EVALUATION), urlFault(url, OUTSIDE)]).toEqual([undefined, expect.any(String)]);
    for (const url of ["http://10.0.0.1/", "https://10.0.0.1/", "http://example.com/"])
      expect(urlFault(url, EVALUATION)).toBeTypeOf("string");
  });
});

describe("a host that is looked up", () => {
  const url = new URL("https://hooks.example/");
  const answer =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  it("leads to its first address when all of them are public", async () => {
    const target = await findTarget(url, OUTSIDE, answer("8.8.8.8", "2606:4700::1111"));
    expect(target).toMatchObject({ address: "8.8.8.8", family: 4 });
  });

  it.each([["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:169.254.169.254"], ["127.0.0.1"]])(
    "is refused when one of its addresses is %s",
    async (...addresses) => {
      expect(await findTarget(url, OUTSIDE, answer(...addresses))).toBe("address");
    },
  );

  it("is refused in an evaluation, too, when it leads into a private network", async () => {
    expect(await findTarget(url, EVALUATION, answer("192.168.0.10"))).toBe("address");
  });

  it("reports a name that has no address", async () => {
    expect(await findTarget(url, OUTSIDE, answer())).toBe("name");
    expect(
      await findTarget(url, OUTSIDE, async () => {
        throw new Error("ENOTFOUND");
      }),
    ).toBe("name");
  });
});

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTcp>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return address.port;
}

describe("a call", () => {
  it("connects to the resolved address, whatever its name resolves to by then", async () => {
    const hosts: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.writeHead(200).end();
    });
    const port = await listening(server);
    try {
      const url = new URL(`http://nowhere.invalid:${port}/`);
      expect(await postOnce({ url, address: "127.0.0.1", family: 4 }, "{}", {})).toEqual({
        outcome: "delivered",
        status: 200,
      });
      expect(hosts).toEqual([`nowhere.invalid:${port}`]);
    } finally {
      server.close();
    }
  });

  it("ends when its time is over, whether the server is silent or an answer never ends", async () => {
    const silent = createTcp((socket) => socket.on("error", () => undefined));
    const endless = createServer((_request, response) => {
      response.writeHead(200);
      response.write("x");
    });
    const ports = [await listening(silent), await listening(endless)];
    try {
      for (const port of ports) {
        const url = new URL(`http://127.0.0.1:${port}/`);
        const posted = await postOnce({ url, address: "127.0.0.1", family: 4 }, "{}", {}, 300);
        expect(["timeout", "delivered"]).toContain(posted.outcome);
      }
    } finally {
      silent.close();
      endless.closeAllConnections();
      endless.close();
    }
  });

  it.each([
    ["changes the protocol", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"],
    ["hints and hangs up", "HTTP/1.1 103 Early Hints\r\n\r\n"],
  ])(
    "to a server that %s ends, so that other people's messages do not wait for it",
    async (_name, answer) => {
      const server = createTcp((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(answer));
      });
      const port = await listening(server);
      try {
        const url = new URL(`http://127.0.0.1:${port}/`);
        const posted = await postOnce({ url, address: "127.0.0.1", family: 4 }, "{}", {}, 300);
        expect(["answer", "unreachable"]).toContain(posted.outcome);
      } finally {
        server.close();
      }
    },
  );

  it("fails to a port without a listener and to a server without TLS", async () => {
    const server = createServer((_request, response) => response.writeHead(200).end());
    const port = await listening(server);
    const plain = { url: new URL(`https://127.0.0.1:${port}/`), address: "127.0.0.1", family: 4 } as const;
    expect((await postOnce(plain, "{}", {})).outcome).toBe("tls");
    await new Promise((resolve) => server.close(resolve));
    expect(await postOnce({ ...plain, url: new URL(`http://127.0.0.1:${port}/`) }, "{}", {})).toEqual({
      outcome: "unreachable",
    });
  });
});
