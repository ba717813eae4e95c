"use client";

import { useTranslations } from "next-intl";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";
import type { AuthorityState } from "./authority-store";

const ACCEPTED =
  ".jws,.jose,.txt,.p7s,.cms,.der,.pem,application/jose,text/plain,application/pkcs7-signature";

/** What the authority signed: the order as a JWS, or a CMS over the document; chosen or taken out again. */
export function SignatureChoice(props: { state: AuthorityState; onSign: (file: File | undefined) => void }) {
  const { state, onSign } = props;
  const { signature, attached } = state;
  const t = useTranslations("requests.new.authority.signature");
  const isHeld = attached?.isSigned === true && attached.signature === signature;
  const chooser = useFileChooser(ACCEPTED, onSign);
  return (
    <div className="flex basis-full flex-wrap items-center gap-x-4 gap-y-2 text-control">
      {chooser.input}
      <p id="signature-help" className="min-w-0 grow basis-[240px] break-words text-ink-2">
        {signature !== undefined ? t("chosen", { name: signature.name }) : isHeld ? null : t("help")}
        {isHeld ? <span className="block">{t("held")}</span> : null}
      </p>
      <Button size="bar" aria-describedby="signature-help" onClick={chooser.open}>
        {t(signature === undefined && !isHeld ? "choose" : "replace")}
      </Button>
      {signature === undefined ? null : (
        <Button size="bar" look="quiet" onClick={() => onSign(undefined)}>
          {t("remove")}
        </Button>
      )}
    </div>
  );
}
