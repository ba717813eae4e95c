import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { createCourt, listOf } from "@/lib/testing/servers/certificate-authority";
import { openssl } from "@/lib/testing/servers/time-stamp-authority";
import { checkDocumentSignature } from "./cms";

const DOCUMENT = utf8("%PDF-1.4 an order\n%%EOF\n");
const FACTS = { issuer: "Landgericht Berlin", jurisdiction: "DE" };
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;

/** A scope that is not marked critical narrows a list as well (RFC 5280 section 5.2.5). */
it("a newer list for authorities only, with a scope not marked critical, hides no revocation of the signer", async () => {
  const court = await createCourt();
  const cms = await court.sign(DOCUMENT);
  const [root] = await court.lists();
  if (root === undefined) throw new TypeError("no list");
  const from = Date.now() - 3_600_000;
  const whole = await listOf(court.between, court.dir, {
    revoked: [court.judge.certificate],
    from,
    number: 1,
  });
  const file = (suffix: string): string => path.join(court.dir, `part.${suffix}`);
  await writeFile(file("index"), "");
  await writeFile(file("number"), "02\n");
  await writeFile(
    file("cnf"),
    `[ca]\ndefault_ca=one\n[one]\ndatabase=${file("index")}\ncrlnumber=${file("number")}\ndefault_md=sha256\n` +
      `certificate=${court.between.certificate}\nprivate_key=${court.between.key}\npolicy=any\ncrl_extensions=ext\n` +
      "[any]\ncommonName=supplied\n[ext]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=@part\n[part]\nonlyCA=TRUE\n",
  );
  const times = [
    "-crl_lastupdate",
    stamp(Date.now() - 60_000),
    "-crl_nextupdate",
    stamp(Date.now() + 86_400_000),
  ];
  await openssl("ca", "-config", file("cnf"), "-gencrl", ...times, "-out", file("pem"));
  await openssl("crl", "-in", file("pem"), "-outform", "DER", "-out", file("der"));
  const part = Uint8Array.from(await readFile(file("der")));
  const { report } = await checkDocumentSignature(
    { method: "cms", cms, pieces: [DOCUMENT], mayBeUnnamed: false },
    {
      at: new Date(),
      anchors: [{ id: "anchor", ...FACTS, certificate: court.anchor }],
      certificates: [],
      lists: [root, whole, part],
      facts: FACTS,
    },
  );
  expect([report.indication, report.fault]).toEqual(["INDETERMINATE", "certificate-revoked"]);
});
