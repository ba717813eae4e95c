import path from "node:path";
import { openWitness } from "@/lib/audit/witness/open-witness";
import { callersOfWitness, MAX_WITNESS_BODY_BYTES, witnessHandler } from "@/lib/audit/witness/serve-witness";
import { systemClock } from "@/lib/clock";
import { cosignerVkey } from "@/lib/crypto/log/signed-note";
import { witnessEnv } from "@/lib/env";
import { watchedLogs } from "@/lib/env/anchors";
import { custodySettings } from "@/lib/env/custody";
import { requireOwnKey } from "@/lib/env/instance-file";
import { withAlarms } from "@/lib/ipc/part-alarms";
import { withProof } from "@/lib/ipc/peer-proof";
import { serveHttp } from "@/lib/ipc/server";
import { createWitnessKey } from "@/lib/keystore/files/create-keys";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { createKeystore, type KeystorePlace, openKeystore } from "@/lib/keystore/open-keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { beginPart, endWithSupervisor, reportReady } from "@/lib/launch/child";

// The witness: keeps the last head of each log it cosigned and cosigns only what extends it (C2SP tlog-witness).
const { env, logger } = await beginPart("witness", witnessEnv);
const custody = custodySettings(env);
const keys: KeystorePlace = {
  dir: env.KEY_DIR,
  custody,
  onFailure: (err) =>
    logger.error({ alarm: "keystore.renewal", err }, "the root key was not renewed or not promoted"),
};
const isOnItsOwn = env.WITNESS_NAME !== undefined;
const keystore = isOnItsOwn ? await createKeystore(keys) : await openKeystore(keys);
if (env.WITNESS_NAME !== undefined) createWitnessKey(keystore, env.WITNESS_NAME);
watchKeystore(keystore);
const signer = loadSigningKey(keystore, "cosigner");
requireOwnKey("witness", cosignerVkey(signer.name, signer.publicKey));
const witness = await openWitness(path.join(env.DATA_DIR, "witness"), watchedLogs(env), signer, systemClock);
const handler = withAlarms(withProof(witnessHandler(witness, logger), signer, custody.choice.kind));
const server = await serveHttp(env.WITNESS_URL, handler, {
  maxBodyBytes: MAX_WITNESS_BODY_BYTES,
  callersOf: callersOfWitness,
  socketGroup: env.SOCKET_GROUP,
  host: env.SERVE_HOST,
  onError: (err) => logger.error({ err }, "a call failed"),
});
endWithSupervisor(logger, () => server.close());
const logs = witness.logs.map(({ origin, head }) => ({ origin, size: head.head?.size ?? 0 }));
reportReady(logger, { vkey: cosignerVkey(signer.name, signer.publicKey), logs });
