"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { ActDialog } from "@/components/domain/act-dialog";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";
import type { addAuthorityList } from "@/lib/api-client/operations/authorities";
import type { AuthorityView } from "@/lib/authorities/schema";
import { toBase64 } from "@/lib/crypto/bytes";

const ADD = target<typeof addAuthorityList>("POST", "/confidential/admin/authorities/{id}/crls");
const DASH = 0x2d;

/** PEM as it stands, DER in base64. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return bytes[0] === DASH ? file.text() : toBase64(bytes);
}

function Choice(props: {
  name: "list" | "issuer";
  accept: string;
  file: File | undefined;
  onFile: (file: File) => void;
}) {
  const t = useTranslations("authority.acts.list");
  const { name, accept, file, onFile } = props;
  const chooser = useFileChooser(accept, onFile);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
      {chooser.input}
      <p id={`authority-${name}`} className="min-w-0 grow basis-[240px] break-words text-control">
        <span className="block font-medium">{t(name)}</span>
        <span className="text-ink-2">{file === undefined ? t("none") : file.name}</span>
      </p>
      <Button size="bar" aria-describedby={`authority-${name}`} onClick={chooser.open}>
        {t("choose")}
      </Button>
    </div>
  );
}

/** Brings a newer revocation list of a trust anchor, or of an issuer under it. */
export function AddList({ item, onClose }: { item: AuthorityView; onClose: () => void }) {
  const t = useTranslations("authority.acts.list");
  const router = useRouter();
  const act = useAct(ADD);
  const [list, setList] = useState<File>();
  const [issuer, setIssuer] = useState<File>();
  const [isMissing, setMissing] = useState(false);
  const send = async () => {
    setMissing(list === undefined);
    if (list === undefined) return;
    const along = issuer === undefined ? {} : { issuer_certificate: await textOf(issuer) };
    const sent = await act.run({ params: { id: item.id }, body: { crl: await textOf(list), ...along } });
    if (sent === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ActDialog
      title={t("title", { issuer: item.issuer })}
      yes={{ label: t("yes"), look: "primary" }}
      failed={t("failed")}
      act={act}
      onAct={() => void send()}
      onClose={onClose}
    >
      <p className="mb-4 text-body">{t("text")}</p>
      <Choice name="list" accept=".crl,.der,.pem" file={list} onFile={setList} />
      <Choice name="issuer" accept=".cer,.crt,.der,.pem" file={issuer} onFile={setIssuer} />
      <p role="alert" className="text-control text-oxblood empty:hidden">
        {isMissing && list === undefined ? t("needed") : ""}
      </p>
    </ActDialog>
  );
}
