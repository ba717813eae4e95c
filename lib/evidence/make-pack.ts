import "server-only";
import { tmpdir } from "node:os";
import { exportLogAsHolder } from "@/lib/access/grants/export-under-grant";
import { Spool, type SpooledFile, textFile } from "@/lib/audit/export/bundle/spool";
import { ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { streamCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { inSnapshot } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { checkEvidence } from "@/lib/evidence/begin-evidence";
import { type Evidence, evidenceHeaders, makeEvidenceFile } from "@/lib/evidence/make-evidence";
import { NewEvidence, type NewEvidencePack } from "@/lib/evidence/schema";
import { type EvidenceRow, listEvidenceOfGrant } from "@/lib/evidence/store";

/** Names of the files in a pack, next to the evidence itself. */
export const PACK_FILES = { log: "audit-log.zip", earlier: "evidence.json", readme: "README.txt" } as const;

/** The exports of a pack: one for the evidence, one for its part of the log. */
const EXPORTS = 2;

/** Spools the signed bundle of the grant's part of the log: its length and CRC come before it in the pack. */
async function spoolBundle(cx: Context, grantId: string, spool: Spool): Promise<SpooledFile> {
  const query = ExportQuery.parse({ format: "bundle", grant_id: grantId });
  const { response } = await exportLogAsHolder(cx, query);
  if (response.body === null) throw new InvariantError("an export has no body");
  for await (const part of response.body) await spool.write(part);
  return spool.end(PACK_FILES.log);
}

/** What the portal kept of each evidence file: enough to compare a file that the reader has with it. */
function earlierText(rows: readonly EvidenceRow[]): string {
  const evidence = rows.map(({ reference, made_at, format, digest, code, transactions, groups }) => ({
    ...{ reference, made_at: made_at.toISOString(), format, sha256: digest, code, transactions, groups },
  }));
  return `${JSON.stringify({ evidence }, undefined, 2)}\n`;
}

function readmeText({ begun, end }: Evidence, rows: readonly EvidenceRow[]): string {
  const { reference } = begun;
  return `Evidence pack ${reference}

${reference}.pdf    The opened values with their proofs. Check code ${end.code}.
${PACK_FILES.log}       The part of the log that this access covers, as a signed bundle. It was made before the
                    evidence, so the entries of the evidence itself are in the evidence, with their proofs.
${PACK_FILES.earlier}       The ${rows.length} evidence files made under this access. sha256 is base64url without padding:
                    openssl dgst -sha256 -binary FILE.pdf | openssl base64 -A | tr '+/' '-_' | tr -d '='

Check each file on its own, on the page /verify of any portal or on the command line, without a server:
  npm run verify -- ${reference}.pdf --policy FILE
  npm run verify -- ${PACK_FILES.log} --policy FILE
FILE has the keys you trust, from a source other than this pack. The pack itself is not signed: its files are.
`;
}

async function filesOf(cx: Context, grantId: string, made: Evidence, bundle: SpooledFile) {
  const rows = await inSnapshot(cx, (tx) => listEvidenceOfGrant(tx, cx.principal.userId, grantId));
  return [
    bundle,
    textFile(`${made.begun.reference}.pdf`, made.bytes),
    textFile(PACK_FILES.earlier, earlierText(rows)),
    textFile(PACK_FILES.readme, readmeText(made, rows)),
  ];
}

/** Streams the zip and frees the spool, whether its reader stays or leaves. */
function streamOf(files: readonly SpooledFile[], spool: Spool): ReadableStream<Uint8Array> {
  const parts = streamCanonicalZip(files);
  return new ReadableStream({
    async pull(sink) {
      try {
        const next = await parts.next();
        if (next.done !== true) return sink.enqueue(next.value);
        await spool.close();
        sink.close();
      } catch (error) {
        await spool.close();
        throw error;
      }
    },
    async cancel() {
      await parts.return(undefined);
      await spool.close();
    },
  });
}

/**
 * Makes one zip of a grant: new evidence of its records as PDF, the signed bundle of its part of the log, and what was
 * kept of earlier evidence. It takes what its parts take: two exports, and a view for each record. All of it is checked
 * first. The bundle is made before the evidence, because the last view ends the grant. Only the bundle is spooled; the
 * values are in memory alone.
 */
export async function makePack(
  cx: Context,
  pack: NewEvidencePack,
  options: { readonly looks?: number } = {},
): Promise<{ response: Response }> {
  const body = NewEvidence.parse({ ...pack, format: "pdf" });
  await checkEvidence(cx, body, EXPORTS);
  const spool = await Spool.open(cx.instance.dataDir ?? tmpdir());
  try {
    const bundle = await spoolBundle(cx, pack.grant_id, spool);
    const made = await makeEvidenceFile(cx, body, options);
    const stream = streamOf(await filesOf(cx, pack.grant_id, made, bundle), spool);
    const headers = {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${made.begun.reference}-pack.zip"`,
      ...evidenceHeaders(made),
    };
    return { response: new Response(stream, { headers }) };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
