// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { Parts } from "./parts-and-queues";

const AT = "2026-11-29T12:00:00.000Z";

it.each([
  [
    "en",
    "Background work of the portal on vm-2, process 4117",
    "Worker: gives entries their place in the tree",
  ],
  ["de", "Hintergrundarbeit des Portals auf vm-2, Prozess 4117", "Hintergrunddienst: gibt Einträgen"],
] as const)(
  "a process is named by what it does and where, with its raw name, in %s",
  (language, jobs, worker) => {
    const processes = ["jobs of vm-2 4117", "worker", "another"].map((name) => ({ name, seen_at: AT }));
    show(<Parts parts={[]} processes={processes} version="1.0.0" />, { language });
    const [, first, second, third] = screen
      .getAllByRole("row", { hidden: true })
      .slice(-4)
      .map(({ textContent }) => textContent);
    expect(first).toContain(jobs);
    expect(first).toContain("jobs of vm-2 4117");
    expect(second).toContain(worker);
    expect(third).toContain("another");
  },
);
