/** The matrix as it travels over the wire; the query that answers it says what each field means. */
export type {
  MatrixCell,
  MatrixEnvironment,
  MatrixHealth,
  MatrixLeg,
  MatrixLegKind,
  MatrixMark,
  MatrixMarkKind,
  MatrixProject,
  MatrixPromotable,
  MatrixRow,
  MatrixView,
} from "@/lib/queries/matrix-view";
