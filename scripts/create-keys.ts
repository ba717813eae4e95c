import { keyCreationEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import { OperatorError } from "@/lib/errors";
import { openInstanceSecret } from "@/lib/identity/instance-secret";
import { createKeys, PROCESSES } from "@/lib/keystore/files/create-keys";
import { createKeystore } from "@/lib/keystore/open-keystore";

// Makes the keys of one process in its own key folder and prints the public ones. Safe to run again.
const wanted = process.argv[2];
const name = PROCESSES.find((known) => known === wanted);
if (name === undefined) {
  process.stderr.write(`usage: create-keys <${PROCESSES.join("|")}>\n`);
  process.exit(2);
}
try {
  const env = keyCreationEnv();
  const keystore = await createKeystore({ dir: env.KEY_DIR, custody: custodySettings(env) });
  // Sessions, API keys and counters derive from it: copies of this folder make portals that accept each other's.
  if (name === "portal") await openInstanceSecret(keystore, env.KEY_DIR);
  process.stdout.write(`${JSON.stringify(createKeys(keystore, name, env.LOG_ORIGIN))}\n`);
} catch (error) {
  const isOurs = error instanceof OperatorError || error instanceof TypeError;
  process.stderr.write(`${isOurs ? error.message : "the keys could not be made"}
`);
  process.exit(1);
}
