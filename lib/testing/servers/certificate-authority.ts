import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { utf8 } from "@/lib/crypto/bytes";
import { pemCertificates } from "@/lib/crypto/pki/certificate";
import { type Issued, issue, openssl } from "@/lib/testing/servers/time-stamp-authority";

export const CA_EXTENSIONS =
  "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
export const SIGNER_EXTENSIONS =
  "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection\n";

/** Returns the bytes of a certificate's file. */
export async function derOf(file: string): Promise<Uint8Array> {
  const [der] = pemCertificates(await readFile(file, "utf8"));
  if (der === undefined) throw new TypeError("no certificate");
  return der;
}

const stamp = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, "").concat("Z");

export interface ListWish {
  /** Files of the certificates on the list. */
  readonly revoked?: readonly string[];
  /** Its validity in milliseconds; by default from now, for a week. */
  readonly from?: number;
  readonly until?: number;
  readonly number?: number;
  readonly digest?: string;
}

let lists = 0;

/** Returns a revocation list: `openssl ca -gencrl` over its own database, DER. */
export async function listOf(issuer: Issued, dir: string, wish: ListWish = {}): Promise<Uint8Array> {
  const {
    revoked = [],
    from = Date.now() - 60_000,
    until = from + 7 * 86_400_000,
    number = 1,
    digest = "sha256",
  } = wish;
  lists += 1;
  const file = (suffix: string): string => path.join(dir, `list-${lists}.${suffix}`);
  await writeFile(file("index"), "");
  await writeFile(file("number"), `${number.toString(16).padStart(number < 256 ? 2 : 4, "0")}\n`);
  await writeFile(
    file("cnf"),
    `[ca]\ndefault_ca=one\n[one]\ndatabase=${file("index")}\ncrlnumber=${file("number")}\ndefault_md=${digest}\n` +
      `certificate=${issuer.certificate}\nprivate_key=${issuer.key}\npolicy=any\ncrl_extensions=ext\n` +
      "[any]\ncommonName=supplied\n[ext]\nauthorityKeyIdentifier=keyid\n",
  );
  for (const certificate of revoked) await openssl("ca", "-config", file("cnf"), "-revoke", certificate);
  const times = ["-crl_lastupdate", stamp(from), "-crl_nextupdate", stamp(until)];
  await openssl("ca", "-config", file("cnf"), "-gencrl", ...times, "-out", file("pem"));
  await openssl("crl", "-in", file("pem"), "-outform", "DER", "-out", file("der"));
  return Uint8Array.from(await readFile(file("der")));
}

export interface SignWish {
  readonly by?: Issued;
  /** Certificates sent in addition to the signer's. */
  readonly chain?: readonly string[];
  readonly options?: readonly string[];
}

/** An authority that signs documents: a root, an intermediate issuer and a signer. */
export interface TestCourt {
  readonly dir: string;
  readonly root: Issued;
  readonly between: Issued;
  readonly judge: Issued;
  /** DER of the root's certificate: the trust anchor. */
  readonly anchor: Uint8Array;
  /** Makes another certificate, by default under the intermediate issuer. */
  certify(name: string, wanted?: Partial<Parameters<typeof issue>[2]>): Promise<Issued>;
  /** Returns the lists of root and intermediate issuer, in this order. */
  lists(wish?: { readonly root?: ListWish; readonly between?: ListWish }): Promise<readonly Uint8Array[]>;
  /** Returns `openssl cms -sign -binary -cades`, detached, DER. */
  sign(document: Uint8Array, wish?: SignWish): Promise<Uint8Array>;
}

/** Makes a court with its own certificates and keys in a fresh folder. */
export async function createCourt(kind: "ec" | "rsa" = "ec"): Promise<TestCourt> {
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-court-"));
  const root = await issue(dir, "root", { extensions: CA_EXTENSIONS, kind });
  const between = await issue(dir, "between", { issuer: root, extensions: CA_EXTENSIONS, kind });
  const judge = await issue(dir, "judge", { issuer: between, extensions: SIGNER_EXTENSIONS, kind });
  let count = 0;
  return {
    dir,
    root,
    between,
    judge,
    anchor: await derOf(root.certificate),
    certify: (name, wanted = {}) =>
      issue(dir, name, { issuer: between, extensions: SIGNER_EXTENSIONS, kind, ...wanted }),
    lists: async (wish = {}) => [
      await listOf(root, dir, wish.root),
      await listOf(between, dir, wish.between),
    ],
    sign: async (document, { by = judge, chain = [between.certificate], options = ["-cades"] } = {}) => {
      count += 1;
      const [content, out] = [path.join(dir, `document-${count}`), path.join(dir, `signature-${count}.der`)];
      await writeFile(content, document);
      const along = path.join(dir, `chain-${count}.pem`);
      await writeFile(along, (await Promise.all(chain.map((file) => readFile(file, "utf8")))).join(""));
      const certificates = chain.length === 0 ? [] : ["-certfile", along];
      const signer = ["-signer", by.certificate, "-inkey", by.key, ...certificates];
      const digest = options.includes("-md") ? [] : ["-md", "sha256"];
      await openssl(
        "cms",
        "-sign",
        "-binary",
        "-in",
        content,
        ...signer,
        ...digest,
        ...options,
        "-outform",
        "DER",
        "-out",
        out,
      );
      return Uint8Array.from(await readFile(out));
    },
  };
}

const ROOM = 8_192;

export interface PdfWish {
  readonly subFilter?: string;
  /** Text added to the signature's dictionary. */
  readonly more?: string;
  /** Changes the numbers of ByteRange before they are written. */
  readonly range?: (numbers: readonly number[]) => readonly number[];
  /** Fills the space after the signature, in hexadecimal digits. */
  readonly filling?: string;
}

/** Signs a PDF as an incremental update: `sign` makes the CMS over the bytes around its own place. */
export async function signPdf(
  pdf: Uint8Array,
  sign: (content: Uint8Array) => Promise<Uint8Array>,
  wish: PdfWish = {},
): Promise<Uint8Array> {
  const { subFilter = "ETSI.CAdES.detached", more = "", range = (numbers) => numbers, filling = "0" } = wish;
  const head = `\n9 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /${subFilter} ${more}/Contents `;
  const place = "<>".length + ROOM * 2;
  const before = pdf.length + head.length;
  const tailWith = (numbers: readonly number[]): string =>
    ` /ByteRange [${numbers.map((value) => String(value).padStart(10, "0")).join(" ")}] /M (D:20261127090000Z) >>\nendobj\n` +
    `xref\n9 1\n${String(pdf.length + 1).padStart(10, "0")} 00000 n \ntrailer\n<< /Size 10 /Prev 9 >>\nstartxref\n${before + place}\n%%EOF\n`;
  const rest = tailWith([0, 0, 0, 0]).length;
  const tail = tailWith(range([0, before, before + place, rest]));
  const content = Buffer.concat([pdf, utf8(head), utf8(tail)]);
  const digits = Buffer.from(await sign(Uint8Array.from(content))).toString("hex");
  const contents = `<${digits}${filling.repeat(ROOM * 2).slice(0, ROOM * 2 - digits.length)}>`;
  return Uint8Array.from(Buffer.concat([pdf, utf8(head), utf8(contents), utf8(tail)]));
}
