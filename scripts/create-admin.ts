import { parseArgs } from "node:util";
import { uuidv7 } from "@/lib/crypto/uuid";
import { EnvironmentError, hasPortalEnv } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { formatTime } from "@/lib/format";
import { type IssuedInvitation, reissueInvitation } from "@/lib/identity/invitations/issue-invitation";
import { createAdministrators } from "@/lib/identity/people/create-administrators";
import { explainFailure } from "@/lib/launch/failure";
import { runAsPortal } from "@/lib/launch/portal-environment";
import { openRuntime } from "@/lib/runtime/portal";

const USAGE = `usage: npm run create-admin -- --organisation NAME --zone Europe/Berlin \\
         --name "First Person" --email first@example.org --name "Second Person" --email second@example.org
       npm run create-admin -- --new-link first@example.org   for an administrator who has not used the first link
`;

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      organisation: { type: "string", default: "Operator" },
      zone: { type: "string", default: "UTC" },
      name: { type: "string", multiple: true, default: ["Administrator One", "Administrator Two"] },
      email: { type: "string", multiple: true, default: ["admin-1@localhost", "admin-2@localhost"] },
      "new-link": { type: "string" },
    },
  });
  const [first, second, ...more] = values.name.map((name, index) => {
    const email = values.email[index];
    return email === undefined ? undefined : { handle: `admin-00${index + 1}`, name, email };
  });
  if (first === undefined || second === undefined || more.length > 0) fail(USAGE, 2);
  const organisation = { name: values.organisation, zone: values.zone };
  return { organisation, people: [first, second] as const, newLinkFor: values["new-link"] };
}

function linkLines({ link, expiresAt }: IssuedInvitation): string {
  return `  To sign in, shown this once, until ${formatTime(expiresAt, { timeZone: "UTC", form: "minute" })} and for one use:\n  ${link}\n`;
}

// Next to `npm start` this process lacks the portal's environment: it starts itself again with it.
if (!hasPortalEnv()) {
  const code = await runAsPortal("create-admin.ts", process.argv.slice(2)).catch((error: unknown) =>
    fail(explainFailure(error) ?? "the administrators could not be made", 1),
  );
  if (code !== undefined) process.exit(code);
}

try {
  const { organisation, people, newLinkFor } = readArguments();
  const runtime = await openRuntime();
  const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "create-admin" };
  if (newLinkFor !== undefined) {
    const { name, email, ...invitation } = await reissueInvitation(cx, newLinkFor);
    process.stdout.write(`${name} <${email}>\n${linkLines(invitation)}`);
  } else {
    for (const { name, email, apiKey, invitation } of await createAdministrators(cx, organisation, people)) {
      process.stdout.write(`${name} <${email}>\n  API key, shown this once: ${apiKey}\n`);
      process.stdout.write(linkLines(invitation));
    }
  }
  process.exit(0);
} catch (error) {
  if (error instanceof DomainError) fail(error.detail ?? error.title, 1);
  if (error instanceof EnvironmentError) fail(`${error.message}\n${USAGE}`, 2);
  if (error instanceof TypeError) fail(USAGE, 2);
  fail("the administrators could not be made", 1);
}
