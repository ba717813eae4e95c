"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { useSigner } from "@/components/client/use-signer";
import { Button } from "@/components/ui/button";
import type { endRelease } from "@/lib/api-client/operations/releases";

const end = target<typeof endRelease>("POST", "/confidential/access/grants/{id}/release-ends");

interface EndProps {
  readonly grantId: string;
  readonly reference: string;
  /** The log's name and the person, which the signed word names. */
  readonly log: string;
  readonly person: string;
  /** The holder gives the access up; an executive ends it. */
  readonly isOwn: boolean;
}

/** Ends what executives released: nobody but an executive or the holder does, by a signed word. */
export function EndRelease({ grantId, reference, log, person, isOwn }: EndProps) {
  const t = useTranslations("grants.endRelease");
  const router = useRouter();
  const { sign } = useSigner();
  const { isBusy, error, run } = useAct(end);
  const [isOpen, setOpen] = useState(false);
  const [isSigning, setSigning] = useState(false);
  const [notSigned, setNotSigned] = useState<unknown>();
  const send = async (reason: string) => {
    setSigning(true);
    setNotSigned(undefined);
    try {
      const statement = { log, grant: grantId, person };
      const made = await sign({ kind: "release-end", prepare: async () => statement, isAsShown: () => true });
      const body = { reason, ...(made === undefined ? {} : { signature: made.signature }) };
      if ((await run({ params: { id: grantId }, body })) === undefined) return;
      setOpen(false);
      router.refresh();
    } catch (failure) {
      setNotSigned(failure);
    } finally {
      setSigning(false);
    }
  };
  return (
    <>
      <Button look="danger" size="form" onClick={() => setOpen(true)}>
        {t(isOwn ? "give" : "act")}
      </Button>
      {isOpen ? (
        <ReasonDialog
          title={t(isOwn ? "titleOwn" : "title")}
          text={t("text", { reference })}
          reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonMissing") }}
          yes={{ label: t("yes"), look: "danger" }}
          failed={t("failed")}
          act={{ isBusy: isBusy || isSigning, error: notSigned ?? error }}
          onAct={(reason) => void send(reason)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
