"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { useFileChooser } from "@/components/ui/use-file-chooser";

const ACCEPTED =
  ".jws,.jose,.txt,.p7s,.cms,.der,.pem,application/jose,text/plain,application/pkcs7-signature";

/** The authority's own signature beside the document: a JWS or CMS file, chosen or taken out again. */
export function SignatureChoice(props: {
  signature: File | undefined;
  onSign: (file: File | undefined) => void;
}) {
  const { signature, onSign } = props;
  const t = useTranslations("requests.new.authority.signature");
  const chooser = useFileChooser(ACCEPTED, onSign);
  return (
    <div className="flex basis-full flex-wrap items-center gap-x-4 gap-y-2 text-control">
      {chooser.input}
      <p id="signature-help" className="min-w-0 grow basis-[240px] break-words text-ink-2">
        {signature === undefined ? t("help") : t("chosen", { name: signature.name })}
      </p>
      <Button size="bar" aria-describedby="signature-help" onClick={chooser.open}>
        {t(signature === undefined ? "choose" : "replace")}
      </Button>
      {signature === undefined ? null : (
        <Button size="bar" look="quiet" onClick={() => onSign(undefined)}>
          {t("remove")}
        </Button>
      )}
    </div>
  );
}
