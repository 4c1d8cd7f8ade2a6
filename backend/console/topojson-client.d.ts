/** What the outline of the map needs of the package, which has no types of its own. */
declare module "topojson-client" {
  type Ring = readonly (readonly [number, number])[];
  type Geometry =
    | { readonly type: "Polygon"; readonly coordinates: readonly Ring[] }
    | { readonly type: "MultiPolygon"; readonly coordinates: readonly (readonly Ring[])[] };
  type Feature = { readonly id?: string; readonly properties: { readonly name?: string }; readonly geometry: Geometry };
  export function feature(topology: object, object: object): { readonly features: readonly Feature[] };
}
