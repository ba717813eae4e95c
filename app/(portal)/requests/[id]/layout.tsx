import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

/** The texts of a request's page. */
export default function RequestLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["review", "release"]}>{children}</Words>;
}
