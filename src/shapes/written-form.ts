import { z } from 'zod';

/** How a value is written in a scenario file, as JSON Schema (draft 2020-12): what editors complete and check by. */
export type WrittenForm = z.core.JSONSchema.BaseSchema;

const forms = z.registry<{ form: WrittenForm }>();

/** The schema, with how its values are written. */
export function withForm<Schema extends z.ZodType>(schema: Schema, form: WrittenForm): Schema {
  forms.add(schema, { form });
  return schema;
}

/** How the values of a schema are written: its own form, or that of what it refines, changes or makes optional. Anything, if it has none. */
export function formOf(schema: z.core.$ZodType): WrittenForm {
  const known = forms.get(schema);
  if (known) return known.form;
  if (schema instanceof z.ZodOptional) return formOf(schema.unwrap());
  return schema instanceof z.ZodPipe ? formOf(schema.in) : {};
}

/** A map with these keys and no other; those are required whose schema is not optional. */
export function tableForm(fields: Readonly<Record<string, z.ZodType>>): WrittenForm {
  const required = Object.keys(fields).filter((key) => !(fields[key] instanceof z.ZodOptional));
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, formOf(schema)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
