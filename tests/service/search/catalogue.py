"""A small made-up shop: what each product says, and an in-memory products service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from deployments.products.contract import (
    CategoryReference,
    Image,
    ProductDetail,
    Variant,
)
from deployments.shared.ids import new_id
from deployments.shared.pagination import Page
from deployments.shared.schemas import MoneySchema

_NAMESPACE = UUID("5f2c5a52-6a0e-4c59-9d4e-6a1d8d3f7b10")
_CATEGORIES = {
    "outdoor/camping": "Camping",
    "outdoor/hiking": "Hiking",
    "kitchen/coffee": "Coffee",
    "kitchen/cookware": "Cookware",
    "electronics/audio": "Audio",
    "electronics/computers": "Computers",
    "clothing/rainwear": "Rainwear",
    "clothing/shoes": "Shoes",
    "home/lighting": "Lighting",
    "home/textiles": "Textiles",
    "toys/games": "Games",
    "garden/tools": "Garden tools",
}

# title | brand | category | price in cents | on hand | description
_SHOP = """
Summit vacuum flask 0.75 l|Northpeak|outdoor/hiking|2990|12|Double-walled; stays warm all day.
Trail bottle 1 l|Northpeak|outdoor/hiking|1490|40|Light aluminium bottle for water.
Ridge trekking poles|Northpeak|outdoor/hiking|5990|8|Carbon poles, adjustable, cork grips.
Gorge hiking backpack 32 l|Alpenwerk|outdoor/hiking|11900|5|Rucksack with rain cover and hip belt.
Compass with mirror|Alpenwerk|outdoor/hiking|2490|9|Finds north without batteries.
Meadow two-person tent|Alpenwerk|outdoor/camping|17900|4|Pitches in five minutes, weighs 2.1 kg.
Ember camping stove|Alpenwerk|outdoor/camping|4900|0|Gas burner that boils water in three minutes.
Down sleeping bag|Northpeak|outdoor/camping|19900|6|Warm down to minus ten degrees.
Headlamp 400|Lumo|outdoor/camping|3490|14|Rechargeable light for the forehead.
Hammock with straps|Lumo|outdoor/camping|3990|11|Hangs between two trees.
Pour-over kettle|Brewline|kitchen/coffee|5490|7|Gooseneck kettle for slow brewing.
Hand grinder|Brewline|kitchen/coffee|8900|3|Steel burrs for beans, coarse to fine.
Espresso machine Uno|Brewline|kitchen/coffee|39900|2|Fifteen bar pump and steam wand.
French press 1 l|Brewline|kitchen/coffee|2990|16|Glass jug with steel plunger.
Paper filters, 100 pieces|Brewline|kitchen/coffee|490|200|Unbleached.
Cast-iron skillet 26 cm|Ferro|kitchen/cookware|4490|10|Pre-seasoned pan for stove and oven.
Saucepan with lid|Ferro|kitchen/cookware|3990|9|Stainless steel, two litres.
Chef's knife 20 cm|Ferro|kitchen/cookware|6990|13|Forged blade that keeps its edge.
Bamboo chopping board|Ferro|kitchen/cookware|1990|25|With a groove for juice.
Café au lait bowl|Ferro|kitchen/cookware|1290|30|Stoneware bowl for breakfast.
Wireless headphones Calm|Sonaria|electronics/audio|14900|15|Over-ear, cancels noise.
Wired earphones|Sonaria|electronics/audio|1990|50|With microphone and three tip sizes.
Portable speaker Pebble|Sonaria|electronics/audio|5990|18|Waterproof, plays for ten hours.
Turntable Spin|Sonaria|electronics/audio|24900|3|Belt drive with built-in preamplifier.
Studio microphone|Sonaria|electronics/audio|11900|6|Condenser for voice and podcasts.
Mechanical keyboard|Keyra|electronics/computers|8990|8|Tactile switches and white backlight.
Silent wireless mouse|Keyra|electronics/computers|2490|22|Six buttons, clicks without noise.
Laptop stand|Keyra|electronics/computers|3990|17|Aluminium, folds flat.
USB-C hub 7 in 1|Keyra|electronics/computers|4990|12|HDMI, network and card reader.
Monitor 27 inch|Keyra|electronics/computers|27900|4|High resolution with thin frame.
Storm rain jacket|Drizzle|clothing/rainwear|12900|9|Waterproof shell with taped seams.
Yellow raincoat|Drizzle|clothing/rainwear|8900|7|Classic coat with hood.
Pocket umbrella|Drizzle|clothing/rainwear|2490|33|Opens at the press of a button.
Rain trousers|Drizzle|clothing/rainwear|5900|6|Worn over other trousers.
Waterproof poncho|Drizzle|clothing/rainwear|1990|0|Folds into its own bag.
Leather hiking boots|Strider|clothing/shoes|18900|5|Ankle-high with grippy sole.
Canvas sneakers|Strider|clothing/shoes|5900|21|Everyday shoes in six colours.
Running shoes Breeze|Strider|clothing/shoes|11900|10|Cushioned, for the road.
Wool slippers|Strider|clothing/shoes|3490|14|Warm felt for the house.
Rubber boots|Strider|clothing/shoes|3990|12|Keep feet dry in the garden.
Desk lamp Arc|Lumo|home/lighting|6990|8|Dimmable, with clamp.
Fairy lights 10 m|Lumo|home/lighting|1490|40|Warm white, for indoors and outdoors.
Floor lamp Reed|Lumo|home/lighting|14900|3|Rattan shade on an oak stand.
Bedside lamp|Lumo|home/lighting|3990|11|Touch to dim.
Candle holder brass|Lumo|home/lighting|2290|15|For three candles.
Linen bed set|Weaverly|home/textiles|15900|6|Cover and two pillow cases.
Wool blanket|Weaverly|home/textiles|8990|9|Woven from lambswool.
Bath towel|Weaverly|home/textiles|2490|28|Thick cotton terry.
Velvet cushion|Weaverly|home/textiles|2990|19|With feather filling.
Kitchen apron|Weaverly|home/textiles|2290|17|Cotton with two pockets.
Wooden chess set|Playwood|toys/games|5990|7|Hand-carved pieces and folding board.
Jigsaw 1000 pieces|Playwood|toys/games|1990|24|A map of the old world.
Dominoes|Playwood|toys/games|1490|20|Twenty-eight beech tiles.
Building blocks|Playwood|toys/games|3490|13|Eighty coloured pieces.
Card game Harvest|Playwood|toys/games|1290|35|For two to five players.
Pruning shears|Gardena Vale|garden/tools|2990|16|Cuts branches up to two centimetres.
Watering can 10 l|Gardena Vale|garden/tools|2490|12|Zinc with brass rose.
Spade|Gardena Vale|garden/tools|3990|9|Ash handle, steel blade.
Leaf rake|Gardena Vale|garden/tools|1990|14|Springy tines.
Garden gloves|Gardena Vale|garden/tools|990|45|Leather palms.
"""


def product_id(title: str) -> UUID:
    return uuid5(_NAMESPACE, title)


def make_product(place: int, line: str) -> ProductDetail:
    title, brand, path, price, on_hand, description = line.split("|")
    slug = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=place)
    return ProductDetail(
        id=product_id(title),
        slug=slug,
        title=title,
        description=description,
        brand=brand,
        category=CategoryReference(slug=path.rpartition("/")[2], name=_CATEGORIES[path], path=path),
        attributes={},
        tags=[],
        status="published",
        images=[
            Image(
                id=new_id(),
                url=f"/products/media/{slug}.webp",
                alt=title,
                width=800,
                height=800,
                position=0,
            )
        ],
        variants=[
            Variant(
                id=new_id(),
                sku=f"SKU-{place:04d}",
                barcode=f"40000000{place:05d}",
                options={},
                price=MoneySchema(amount=int(price), currency="EUR"),
                available=int(on_hand),
            )
        ],
        created_at=moment,
        updated_at=moment,
        version=1,
    )


class FakeCatalogue:
    """The products service, in memory."""

    def __init__(self) -> None:
        lines = _SHOP.strip().splitlines()
        products = [make_product(place, line) for place, line in enumerate(lines)]
        self.products = {product.id: product for product in products}

    async def get(self, product_id: UUID) -> ProductDetail | None:
        return self.products.get(product_id)

    async def export(self, cursor: str | None) -> Page[ProductDetail]:
        start, size = int(cursor or 0), 25
        rows = sorted(self.products.values(), key=lambda product: product.id)
        more = start + size < len(rows)
        return Page(
            items=rows[start : start + size], next_cursor=str(start + size) if more else None
        )

    def change(self, name: str, /, **values: Any) -> ProductDetail:
        """Change the product titled ``name`` as the products service would: its version grows."""
        before = self.products[product_id(name)]
        after = before.model_copy(update={"version": before.version + 1, **values})
        self.products[after.id] = after
        return after
