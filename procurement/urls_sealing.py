"""Addresses of keys, sealed bids and their opening."""

from django.urls import path

from procurement.views import bids, keys, opened_bids

HERE = "procurement/competitions/<competition:ref>/"
OWN = f"{HERE}bid/<slug:vendor>/"

urlpatterns = [
    path(f"{HERE}keys/", keys.KeysView.as_view(), name="keys"),
    path(f"{HERE}keys/make/", keys.KeysMakeView.as_view(), name="keys_make"),
    path(f"{HERE}keys/share/", keys.ShareView.as_view(), name="share"),
    path(f"{HERE}keys/share/confirm/", keys.ShareConfirmView.as_view(), name="share_confirm"),
    path(f"{HERE}keys/rehearse/", keys.RehearseView.as_view(), name="keys_rehearse"),
    path(f"{HERE}sitting/", keys.SittingView.as_view(), name="sitting"),
    path(f"{HERE}redelivery/", keys.RedeliveryView.as_view(), name="redelivery"),
    path(f"{HERE}redelivery/confirm/", keys.RedeliveryConfirmView.as_view(),
         name="redelivery_confirm"),
    path(f"{HERE}bid/", bids.BidHomeView.as_view(), name="bid_home"),
    path(OWN, bids.BidOverviewView.as_view(), name="bid_overview"),
    path(f"{OWN}write/", bids.BidWriteView.as_view(), name="bid_write"),
    path(f"{OWN}save/", bids.BidSaveView.as_view(), name="bid_save"),
    path(f"{OWN}files/", bids.BidFilesView.as_view(), name="bid_files"),
    path(f"{OWN}files/fetch/", bids.BidFetchView.as_view(), name="bid_file_fetch"),
    path(f"{OWN}files/remove/", bids.BidFileRemoveView.as_view(), name="bid_file_remove"),
    path(f"{OWN}copy/", bids.BidCopyView.as_view(), name="bid_copy"),
    path(f"{OWN}restore/", bids.BidRestoreView.as_view(), name="bid_restore"),
    path(f"{OWN}seal/", bids.BidSealView.as_view(), name="bid_seal"),
    path(f"{OWN}withdraw/", bids.BidChangeView.as_view(change="withdraw"), name="bid_withdraw"),
    path(f"{OWN}confirm/", bids.BidChangeView.as_view(change="reconfirm"), name="bid_reconfirm"),
    path(f"{OWN}receipt/", bids.BidReceiptView.as_view(), name="bid_receipt"),
    path(f"{OWN}receipt/<int:number>.pdf", bids.BidReceiptPaperView.as_view(),
         name="bid_receipt_paper"),
    path(f"{OWN}deliver/", bids.BidDeliverView.as_view(), name="bid_deliver"),
    path(f"{HERE}bids/", opened_bids.BidListView.as_view(), name="bid_list"),
    path(f"{HERE}late/", opened_bids.LateRegisterView.as_view(), name="late_register"),
    path("procurement/bids/<int:pk>/", opened_bids.BidDetailView.as_view(), name="bid_detail"),
    path("procurement/bids/<int:pk>/files/<int:file>/", opened_bids.BidFileView.as_view(),
         name="bid_file"),
    path("receipts/", opened_bids.ReceiptCheckView.as_view(), name="receipt_check"),
]  # fmt: skip
