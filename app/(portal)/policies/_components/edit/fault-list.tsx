"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";
import { faultWords } from "@/lib/policies/authoring/fault-words";
import type { PolicyFault } from "@/lib/policies/schema";

function usePlace() {
  const t = useTranslations("policies.edit.faults");
  return ({ policy, line, column, example }: PolicyFault, id: string): string => {
    if (policy === null) return t("whole");
    const other = policy === id ? "" : `${policy}: `;
    if (example !== null) return other + t("example", { name: example });
    // What has no place in the text is about the examples.
    return line === null || column === null ? other + t("examples") : other + t("place", { line, column });
  };
}

/** What is wrong, in the reader's language where the fault is a usual one. */
function useMessage() {
  const t = useTranslations("policies.edit.faults");
  return ({ message, policy }: PolicyFault): string => {
    const words = faultWords(message);
    if (words === undefined) return policy === null ? message : t("other", { message });
    const { name, ...values } = words.values;
    return t(`words.${words.key}`, { ...values, name: name === "" ? "none" : name });
  };
}

/** What is wrong with a draft, with line and column. Pressing a fault of this rule's text leads to its characters. */
export function FaultList(props: {
  faults: readonly PolicyFault[];
  /** The rule that is edited. */
  id: string;
  onGo?: (fault: PolicyFault) => void;
}) {
  const t = useTranslations("policies.edit.faults");
  const placeOf = usePlace();
  const messageOf = useMessage();
  const { faults, id, onGo } = props;
  if (faults.length === 0) return null;
  return (
    <div role="status" className="border-oxblood border-l-[3px] bg-ox-wash px-4 py-3 text-control">
      <p className="font-semibold">{t("title", { count: faults.length })}</p>
      <ul className="mt-1">
        {faults.map((fault) => {
          const canGo = onGo !== undefined && fault.policy === id && fault.line !== null;
          const words = `${placeOf(fault, id)}: ${messageOf(fault)}`;
          return (
            <li key={words} className="flex gap-2 py-[2px]">
              <Icon name="warning" className="mt-[2px] text-oxblood" />
              {canGo ? (
                <button
                  type="button"
                  onClick={() => onGo(fault)}
                  className="min-h-[24px] cursor-pointer text-left underline underline-offset-4"
                >
                  {words}
                </button>
              ) : (
                <span>{words}</span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
