import { parseArgs } from "node:util";
import { uuidv7 } from "@/lib/crypto/uuid";
import { EnvironmentError, hasPortalEnv } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { createAdministrators } from "@/lib/identity/create-administrators";
import { explainFailure } from "@/lib/launch/failure";
import { runAsPortal } from "@/lib/launch/portal-environment";
import { getRuntime } from "@/lib/runtime";

const USAGE = `usage: npm run create-admin -- --organisation NAME --zone Europe/Berlin \\
         --name "First Person" --email first@example.org --name "Second Person" --email second@example.org
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
    },
  });
  const [first, second, ...more] = values.name.map((name, index) => {
    const email = values.email[index];
    return email === undefined ? undefined : { handle: `admin-00${index + 1}`, name, email };
  });
  if (first === undefined || second === undefined || more.length > 0) fail(USAGE, 2);
  return { organisation: { name: values.organisation, zone: values.zone }, people: [first, second] as const };
}

// Beside `npm start` this process has no environment of the portal: it starts itself again with it.
if (!hasPortalEnv()) {
  const code = await runAsPortal("create-admin.ts", process.argv.slice(2)).catch((error: unknown) =>
    fail(explainFailure(error) ?? "the administrators could not be made", 1),
  );
  if (code !== undefined) process.exit(code);
}

try {
  const { organisation, people } = readArguments();
  const runtime = await getRuntime();
  const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "create-admin" };
  for (const admin of await createAdministrators(cx, organisation, people)) {
    process.stdout.write(`${admin.name} <${admin.email}>\n  API key, shown this once: ${admin.apiKey}\n`);
  }
  process.exit(0);
} catch (error) {
  if (error instanceof DomainError) fail(error.detail ?? error.title, 1);
  if (error instanceof EnvironmentError) fail(`${error.message}\n${USAGE}`, 2);
  if (error instanceof TypeError) fail(USAGE, 2);
  fail("the administrators could not be made", 1);
}
