import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { type Column, Table } from "@/components/ui/table";
import type { ProblemCode } from "@/lib/api-client/problems";

/** Codes of problems by status. The page of all codes explains each. */
export function ProblemCodes({ problems }: { problems: readonly ProblemCode[] }) {
  const statuses = [...new Set(problems.map(({ status }) => status))];
  return (
    <dl className="mt-2 text-control">
      {statuses.map((status) => (
        <div key={status} className="flex gap-4 border-line border-b py-2">
          <dt className="w-10 shrink-0">
            <Link
              href={`/developers/problems#${status}`}
              prefetch={false}
              className="inline-flex min-h-[24px] items-center underline underline-offset-4"
            >
              {status}
            </Link>
          </dt>
          <dd className="min-w-0 break-words py-[2px] font-mono">
            {problems
              .filter((problem) => problem.status === status)
              .map(({ code }, at, all) => (
                // A code that fits its column does not break at a hyphen.
                <Fragment key={code}>
                  <span className="inline-block max-w-full">
                    {code}
                    {at === all.length - 1 ? "" : ","}
                  </span>{" "}
                </Fragment>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Codes of problems of one status, and what they say. */
export function ProblemTable({ caption, problems }: { caption: string; problems: readonly ProblemCode[] }) {
  const t = useTranslations("developers");
  const columns: readonly Column<ProblemCode>[] = [
    {
      key: "code",
      head: t("call.columns.code"),
      isTitle: true,
      className: "tablet:w-[32%]",
      cell: ({ code }) => <code className="wrap-anywhere font-mono">{code}</code>,
    },
    {
      key: "title",
      head: t("call.columns.title"),
      isProse: true,
      cell: ({ title }) => <span lang="en">{title}</span>,
    },
  ];
  return <Table caption={caption} columns={columns} rows={problems} rowKey={({ code }) => code} />;
}
