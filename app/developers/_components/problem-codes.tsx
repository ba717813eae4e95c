import Link from "next/link";
import type { ProblemCode } from "@/lib/api-client/problems";

/** Codes of problems by their statuses; what each says stands on the page of all of them. */
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
              .map(({ code }) => code)
              .join(", ")}
          </dd>
        </div>
      ))}
    </dl>
  );
}
