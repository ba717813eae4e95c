import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SMTPServer } from "smtp-server";
import { issue } from "@/lib/testing/servers/time-stamp-authority";

/** One message as the server received it. */
export interface TakenMail {
  readonly to: readonly string[];
  readonly text: string;
  readonly isTls: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  /** Certificate that a mailer must trust, PEM. */
  readonly authority: string;
  readonly taken: TakenMail[];
  /** SMTP answers that refuse the next recipients. */
  readonly refusals: number[];
  close(): Promise<void>;
}

const PASSWORD = "a password: with @ signs";

/** The credentials that the server accepts, in the form of a URL. */
export const MAIL_LOGIN = `portal:${encodeURIComponent(PASSWORD)}`;

function refusal(code: number): Error {
  return Object.assign(new Error("CANARY of the server's own words"), { responseCode: code });
}

/** Starts a mail server on this machine: with STARTTLS and a password, or `isBare` without both. */
export async function openMailServer({ isBare = false } = {}): Promise<MailServer> {
  const dir = await mkdtemp(path.join(tmpdir(), "sp-mail-"));
  const { certificate, key } = await issue(dir, "mail", {
    extensions: "basicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n",
  });
  const authority = await readFile(certificate, "utf8");
  const taken: TakenMail[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    cert: authority,
    key: await readFile(key, "utf8"),
    disabledCommands: isBare ? ["STARTTLS", "AUTH"] : [],
    authOptional: isBare,
    onAuth: ({ username, password }, _session, done) =>
      username === "portal" && password === PASSWORD ? done(null, { user: username }) : done(refusal(535)),
    onRcptTo: (_address, _session, done) => {
      const code = refusals.shift();
      done(code === undefined ? null : refusal(code));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        taken.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString("utf8"),
          isTls: session.secure,
          user: typeof session.user === "string" ? session.user : undefined,
        });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  const close = async () => {
    await new Promise<void>((resolve) => server.close(resolve));
    await rm(dir, { recursive: true, force: true });
  };
  return { port: address.port, authority, taken, refusals, close };
}
