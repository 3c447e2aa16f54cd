from __future__ import annotations

from deployments.products.application.ports import (
    CatalogueRepository,
    CategoryRepository,
    EventLog,
    FacetRepository,
    ImageRepository,
    Inbox,
    ListingRepository,
    PictureRepository,
    ProductRepository,
    ReservationRepository,
    RestockRepository,
    ReviewRepository,
    SnapshotRepository,
    StockReader,
    StockRepository,
    StockRequests,
)
from deployments.products.infrastructure.catalogue_repository import SqlCatalogueRepository
from deployments.products.infrastructure.category_repository import SqlCategoryRepository
from deployments.products.infrastructure.facet_repository import SqlFacetRepository
from deployments.products.infrastructure.image_repository import SqlImageRepository
from deployments.products.infrastructure.listing_repository import SqlListingRepository
from deployments.products.infrastructure.picture_repository import SqlPictureRepository
from deployments.products.infrastructure.product_repository import SqlProductRepository
from deployments.products.infrastructure.reservation_repository import SqlReservationRepository
from deployments.products.infrastructure.restock_repository import SqlRestockRepository
from deployments.products.infrastructure.review_repository import SqlReviewRepository
from deployments.products.infrastructure.snapshot_repository import SqlSnapshotRepository
from deployments.products.infrastructure.stock_read_repository import SqlStockReadRepository
from deployments.products.infrastructure.stock_repository import SqlStockRepository
from deployments.products.infrastructure.stock_request_repository import (
    SqlStockRequestRepository,
)
from deployments.shared.database import SqlUnitOfWork
from deployments.shared.outbox import InboxRepository, OutboxRepository
from models.products.tables import inbox, outbox


class SqlProductsUnitOfWork(SqlUnitOfWork):
    products: ProductRepository
    categories: CategoryRepository
    stock: StockRepository
    stock_requests: StockRequests
    stock_reader: StockReader
    reservations: ReservationRepository
    restocks: RestockRepository
    images: ImageRepository
    pictures: PictureRepository
    reviews: ReviewRepository
    listing: ListingRepository
    facets: FacetRepository
    catalogue: CatalogueRepository
    snapshots: SnapshotRepository
    events: EventLog
    inbox: Inbox

    def _open(self) -> None:
        self.products = SqlProductRepository(self.session)
        self.categories = SqlCategoryRepository(self.session)
        self.stock = SqlStockRepository(self.session)
        self.stock_requests = SqlStockRequestRepository(self.session)
        self.stock_reader = SqlStockReadRepository(self.session)
        self.reservations = SqlReservationRepository(self.session)
        self.restocks = SqlRestockRepository(self.session)
        self.images = SqlImageRepository(self.session)
        self.pictures = SqlPictureRepository(self.session)
        self.reviews = SqlReviewRepository(self.session)
        self.listing = SqlListingRepository(self.session)
        self.facets = SqlFacetRepository(self.session)
        self.catalogue = SqlCatalogueRepository(self.session)
        self.snapshots = SqlSnapshotRepository(self.session)
        self.events = OutboxRepository(self.session, outbox)
        self.inbox = InboxRepository(self.session, inbox)
