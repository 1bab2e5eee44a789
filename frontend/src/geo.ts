/** A named place on the map: what the picker's endpoints speak. Positions are WGS-84 degrees. */
export interface Place {
  id: string;
  name: string;
  path: string;
  lng?: number | null;
  lat?: number | null;
}
