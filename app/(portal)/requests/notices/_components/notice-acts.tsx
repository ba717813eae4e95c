"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActDialog } from "@/components/act/act-dialog";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type { NoticeView } from "@/lib/access/notices/schema";
import type { decideNotice } from "@/lib/api-client/operations/notices";

const DECIDE = target<typeof decideNotice>("POST", "/confidential/access/requests/{id}/notices");

interface Props {
  readonly item: NoticeView;
  readonly onClose: () => void;
}

/** Says what the participant learns before it is told. */
function Sending({ item, onClose }: Props) {
  const t = useTranslations("notices.acts");
  const router = useRouter();
  const act = useAct(DECIDE);
  const { request_id: id, participant, organisation } = item;
  const send = async () => {
    if ((await act.run({ params: { id }, body: { participant, act: "send" } })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ActDialog
      title={t("sendTitle", { participant: organisation })}
      yes={{ label: t("send"), look: "primary" }}
      failed={t("failed")}
      act={act}
      onAct={() => void send()}
      onClose={onClose}
    >
      <p className="text-body">{t("sendText")}</p>
    </ActDialog>
  );
}

function Withholding({ item, onClose }: Props) {
  const t = useTranslations("notices.acts");
  const router = useRouter();
  const act = useAct(DECIDE);
  const { request_id: id, participant, organisation } = item;
  const withhold = async (reason: string) => {
    if ((await act.run({ params: { id }, body: { participant, act: "withhold", reason } })) === undefined)
      return;
    onClose();
    router.refresh();
  };
  return (
    <ReasonDialog
      title={t("withholdTitle")}
      text={t("withholdText", { participant: organisation })}
      reason={{ label: t("reason"), missing: t("reasonNeeded") }}
      yes={{ label: t("withhold"), look: "primary" }}
      failed={t("failed")}
      act={act}
      onAct={(reason) => void withhold(reason)}
      onClose={onClose}
    />
  );
}

/** Send or withhold one notice. */
export function NoticeActs({ item }: { item: NoticeView }) {
  const t = useTranslations("notices.acts");
  const [act, setAct] = useState<NoticeView["acts"][number]>();
  const close = () => setAct(undefined);
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      {item.acts.map((one) => (
        <Button
          key={one}
          size="bar"
          look={one === "send" ? "secondary" : "quiet"}
          aria-label={t(`${one}Named`, { participant: item.organisation })}
          onClick={() => setAct(one)}
        >
          {t(one)}
        </Button>
      ))}
      {act === "send" ? <Sending item={item} onClose={close} /> : null}
      {act === "withhold" ? <Withholding item={item} onClose={close} /> : null}
    </span>
  );
}
