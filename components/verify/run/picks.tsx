import { useTranslations } from "next-intl";
import { useId } from "react";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { FilePick } from "./file-pick";
import type { NamedText, VerifyOrder } from "./verify-messages";

/** A policy or a receipt is a page of text. A longer file is not read. */
const MAX_SIDE_BYTES = 1_000_000;

/** Returns a small file with its name. A file that is too long has an empty text, which is invalid. */
async function textOf(file: File): Promise<NamedText> {
  return { name: file.name, text: file.size > MAX_SIDE_BYTES ? "" : await file.text() };
}

/** What is chosen in addition to the bundle. */
export interface Given {
  readonly policy: File | undefined;
  readonly receipt: File | undefined;
  readonly pasted: string;
}

/** Reads what was chosen. Without a policy file of the reader the published keys decide, if there are any. */
export async function orderOf(
  { policy, receipt, pasted }: Given,
  published: string | undefined,
  t: (key: "pick.pastedName" | "pick.published") => string,
): Promise<Omit<VerifyOrder, "bundle">> {
  const receipts = [
    ...(receipt === undefined ? [] : [await textOf(receipt)]),
    ...(pasted.trim() === "" ? [] : [{ name: t("pick.pastedName"), text: pasted }]),
  ];
  if (policy !== undefined) return { policy: await textOf(policy), isPublished: false, receipts };
  if (published === undefined) return { policy: undefined, isPublished: false, receipts };
  return { policy: { name: t("pick.published"), text: published }, isPublished: true, receipts };
}

interface PicksProps {
  readonly bundle: string | undefined;
  readonly given: Given;
  readonly onBundle: (file: File) => void;
  readonly onGiven: (change: Partial<Given>) => void;
}

export function Picks({ bundle, given, onBundle, onGiven }: PicksProps) {
  const t = useTranslations("audit.verify");
  const id = useId();
  return (
    <div className="grid max-w-[920px] gap-4 tablet:grid-cols-2">
      <div className="tablet:col-span-2">
        <FilePick
          label={t("pick.bundle")}
          hint={t("pick.bundleHint")}
          name={bundle}
          accept=".zip,.pdf,.json,application/zip,application/pdf,application/json"
          onFile={onBundle}
        />
      </div>
      <FilePick
        label={t("pick.policy")}
        hint={t("pick.policyHint")}
        name={given.policy?.name}
        accept=".json,application/json"
        onFile={(policy) => onGiven({ policy })}
        onClear={() => onGiven({ policy: undefined })}
      />
      <FilePick
        label={t("pick.receipt")}
        hint={t("pick.receiptHint")}
        name={given.receipt?.name}
        accept=".json,application/json"
        onFile={(receipt) => onGiven({ receipt })}
        onClear={() => onGiven({ receipt: undefined })}
      />
      <Field id={`${id}-pasted`} label={t("pick.pasted")} help={t("pick.pastedHint")}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
            value={given.pasted}
            onChange={(event) => onGiven({ pasted: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
